"""Rows of photos without files, where a test is about rows."""

from claims.repository import photos
from claims.repository.book import Book
from claims.repository.photos import Photo


def add_photo(book: Book, photo: Photo) -> tuple[Photo, bool]:
    """One photo as its case has it, and whether it is new."""
    [added] = photos.add(book, photos.of_claim(book, photo.claim), [photo])
    return added
