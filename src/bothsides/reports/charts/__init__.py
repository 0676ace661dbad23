"""Pictures: Vega-Lite specs as plain dicts rendered to static SVG, and a few small drawings of our own."""
