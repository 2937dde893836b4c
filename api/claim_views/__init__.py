"""Cases over HTTP: what is asked (``asked``), what is shown (``shown``), and in which words."""
