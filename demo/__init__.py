"""The demo newspaper's articles, and the sample figures in its dashboard."""
