"""The demo model: weights that this project trained itself, and how."""
