# ruff: noqa: A005 - the folder is named after what it tests; nothing imports it as `http`
