"""The local web client's server side: HTTP, live line, files of the page (docs/reference/panel.md).

It shows what it is handed and asks through one port; it decides nothing about charging. Litestar and
uvicorn are imported by :mod:`pilotline.panel.server` alone, when the first visitor comes.
"""
