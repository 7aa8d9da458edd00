"""Named actions of the registers of readiness."""

from townops.base.ledger.declaring import actions

actions("readiness", "应急准备")
