"""Chart: the picture of a report as a Vega-Lite specification, beside its data, for those who ask for it."""
