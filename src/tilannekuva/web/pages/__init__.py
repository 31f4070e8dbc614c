"""Pages: one file a page, a documented value and the view that makes it."""
