"""Answers: rendered into a token budget, and kept whole behind a handle where they do not fit."""
