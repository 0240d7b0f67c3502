"""Folders, reports and files of the repository, and the trash."""
