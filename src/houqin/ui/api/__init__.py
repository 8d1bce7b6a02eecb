"""接口: the same registers, matters and slips as the pages, as JSON under /api/v1/; nothing is decided here."""
