"""`campaign.html`: the report of a campaign in one file, of bounded size whatever the number of cases."""

from __future__ import annotations

from hanbench.harness.campaigns.report import CampaignReport, cleaned_report, headline
from hanbench.harness.report.html.page import asset, filled, safe_json, script_of


def campaign_page(report: CampaignReport) -> str:
    """Return the page of a report."""
    data = {"report": safe_json(cleaned_report(report)), "headline": safe_json(headline(report))}
    return filled("hanbench campaign", asset("campaign.html"), script_of("campaign.js", "campaign_file.js"), **data)
