"""Charts, gauges and tables: each knows data, none knows a run. All send only the cells that changed."""
