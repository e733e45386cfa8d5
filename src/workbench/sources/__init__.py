"""Where rows come from: official files, official interfaces, the synthetic city."""
