"""What the desk does later: long exports."""

from townops.base import batches
from townops.console import bulk, exporting, surveys, taking

batches.whole(bulk.EXPORT_KIND)(exporting.run)
batches.whole(surveys.IMPORT)(surveys.take_in)
batches.whole(taking.EXPORT)(taking.run)
