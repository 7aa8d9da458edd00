"""What the desk does later: long exports."""

from townops.base import batches
from townops.console import bulk, exporting

batches.whole(bulk.EXPORT_KIND)(exporting.run)
