"""Shapes on a map: files, coordinates, and the areas that shapes come to; stands on large libraries."""
