"""Photos in, damages out: intake, quality, the detector, and consolidation over the photos of a case."""
