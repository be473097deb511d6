# SPDX-License-Identifier: GPL-2.0-only
# For Sphinx; "make html" sets the variables.
import os
import sys

kernel_tree = os.environ["KERNEL_TREE"]
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(kernel_tree, "Documentation/sphinx")]

project = "kipc"
extensions = ["kerneldoc", "automarkup", "headers"]
html_theme = "alabaster"
html_show_copyright = False
html_theme_options = {"page_width": "70em", "sidebar_width": "15em"}
highlight_language = "none"
primary_domain = "c"

kerneldoc_bin = os.path.join(kernel_tree, "scripts/kernel-doc")
kerneldoc_srctree = os.environ["KERNEL_DOC_SOURCES"]
