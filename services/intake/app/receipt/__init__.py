"""HTTP routes for holders of a receipt."""
