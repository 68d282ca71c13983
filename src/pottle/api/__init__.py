"""What pottle does, as functions: the composition root, where rooms that do not know each other meet.

The surroundings (environment, clock, cache directory, who listens) are arguments; nothing here looks for them.
"""

from pottle.api.builds import Outcome, build, build_all, build_for
from pottle.api.cache import cache_inventory, prune
from pottle.api.delivery import check_output, load, push, push_product, pushing_ahead, save, tag, write_digest
from pottle.api.files import files_of
from pottle.api.generating import KINDS, ci_provider, generate, generate_all, refreshed
from pottle.api.host import Host, own_platform
from pottle.api.libs import Libraries, SystemWish, libs
from pottle.api.linting import lint_fixed, lint_rendered, lint_rule, lint_rules, lint_settings, lint_targets
from pottle.api.manifests import Publication, Published, Resolution, resolve
from pottle.api.pins import Change, Pinned, PinnedBase, Pinning, pin
from pottle.api.plans import Member, lock, members_as_json, plan, plan_all, plan_resolved, plans_as_json
from pottle.api.products import Product, reference, references
from pottle.api.projects import directory_of, platforms, read_options, repository
from pottle.api.provisioning import complete
from pottle.api.running import run, stored
from pottle.api.shared_layers import layer_cache, share

__all__ = [
    "KINDS",
    "Change",
    "Host",
    "Libraries",
    "Member",
    "Outcome",
    "Pinned",
    "PinnedBase",
    "Pinning",
    "Product",
    "Publication",
    "Published",
    "Resolution",
    "SystemWish",
    "build",
    "build_all",
    "build_for",
    "cache_inventory",
    "check_output",
    "ci_provider",
    "complete",
    "directory_of",
    "files_of",
    "generate",
    "generate_all",
    "layer_cache",
    "libs",
    "lint_fixed",
    "lint_rendered",
    "lint_rule",
    "lint_rules",
    "lint_settings",
    "lint_targets",
    "load",
    "lock",
    "members_as_json",
    "own_platform",
    "pin",
    "plan",
    "plan_all",
    "plan_resolved",
    "plans_as_json",
    "platforms",
    "prune",
    "push",
    "push_product",
    "pushing_ahead",
    "read_options",
    "reference",
    "references",
    "refreshed",
    "repository",
    "resolve",
    "run",
    "save",
    "share",
    "stored",
    "tag",
    "write_digest",
]
