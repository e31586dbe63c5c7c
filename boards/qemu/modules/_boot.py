"""Mount the disk, which has a new file system after power on, and find modules on it."""

import sys

import _disk
import vfs

try:
    vfs.mount(vfs.VfsLfs2(_disk), "/")
except OSError:
    vfs.VfsLfs2.mkfs(_disk)
    vfs.mount(vfs.VfsLfs2(_disk), "/")
sys.path.append("/lib")
