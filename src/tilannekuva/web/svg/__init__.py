"""What charts and maps are drawn with: axes, labels that keep apart, shapes of areas."""
