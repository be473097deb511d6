# SPDX-License-Identifier: GPL-2.0-only
# For Sphinx; see "make html".

project = "kipc"
html_theme = "alabaster"
html_show_copyright = False
