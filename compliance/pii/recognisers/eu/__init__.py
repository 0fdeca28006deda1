"""National numbers of the European Union, by member state."""
