"""Wrong about what the public documents leave open: deaf to one switch of the case each."""

from __future__ import annotations

from datetime import datetime

from hanbench.harness.case.check import Verdict
from hanbench.harness.case.vocabulary import CheckEnded
from hanbench.harness.controllers.reference import Reference
from hanbench.profiles.rulesets import Counting, DecisionRule, InstallationType, RuleSet


class WanSwitchIgnored(Reference):
    """Never counts WAN failures, although they count in this case (Various 1 (ii)(b) and (c), switched)."""

    def counts_as_failure(self, result: CheckEnded) -> bool:
        """Count failed checks only."""
        return result.verdict is Verdict.FAIL


class CapSwitchIgnored(Reference):
    """Makes as many attempts as the rule set says, although the case has a cap of its own (Various 1 (ii)(d))."""

    def attempts_used_up(self, now: datetime) -> bool:
        """Compare the attempts with the cap of the rule set."""
        return self.attempts >= self.rulesets[self.terms(now).id].attempt_cap.value


class CountingSwitchIgnored(Reference):
    """Starts the count again after a pass, although failures add up in this case (letter, 2, counting assumed)."""

    def pass_starts_again(self, now: datetime) -> bool:
        """Return the answer of the rule set."""
        return self.rulesets[self.terms(now).id].failure_counting.value is Counting.CONSECUTIVE


class EvidenceSwitchIgnored(Reference):
    """Accepts a check of a day ago, although the case wants a younger one (letter, 2, age assumed)."""

    def evidence_is_old(self, rules: RuleSet, now: datetime) -> bool:
        """Compare the age of the last check with the limit of the rule set."""
        return super().evidence_is_old(self.rulesets[rules.id], now)


class MixedDeciderSwitchIgnored(Reference):
    """Decides for the DCC about a dormant GSME, although the case leaves that to its supplier (letter, 2, inferred)."""

    def decision(self, rules: RuleSet) -> DecisionRule:
        """Return the rule of the rule set for a Mixed installation with a dormant GSME."""
        mixed = self.installation.type is InstallationType.MIXED_GSME_DORMANT
        return super().decision(self.rulesets[rules.id] if mixed else rules)
