"""IOP: what lets products of different domains be joined: types, names, units, time zones."""
