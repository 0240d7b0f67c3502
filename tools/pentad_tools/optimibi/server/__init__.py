"""The server itself: session, settings, mail, backups, sign-on, branding."""
