"""The parts of training that need torch; the product never imports them."""
