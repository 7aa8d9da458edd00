"""What people answer to those below who do not know them."""

from townops.base.registry import answers
from townops.people.loading import follow_import

answers.register("areas.imported", follow_import)
