"""Who calls in a soak: organizations, agents, environments and schemas, made through the admin API."""

import dataclasses
import json

from tenants import Admin, Tenant

SHAPE = {"type": "object", "properties": {"user": {"type": "object"}}}
CREDITS = "1000000"


@dataclasses.dataclass(frozen=True)
class Target:
    """What one deployment token calls."""

    organization: str
    secret: str
    # Model `sim-big`: a kilobyte a token.
    is_big: bool = False
    input: dict | None = None

    def body(self, *, stream: bool, native: bool, words: str) -> bytes:
        members: dict = {"messages": [{"role": "user", "content": words}]}
        if self.input is not None:
            members["input"] = self.input
        if stream:
            members["stream"] = True
            if not native:
                members["stream_options"] = {"include_usage": True}
        return json.dumps(members).encode()


@dataclasses.dataclass
class World:
    admin: Admin
    # Credits given, in nano-credits, by organization.
    given: dict[str, int]
    targets: list[Target] = dataclasses.field(default_factory=list)
    big: list[Target] = dataclasses.field(default_factory=list)
    poor: Target | None = None
    # Its deployments are moved all along while it is called.
    moving: Tenant | None = None
    # Its staging is paused and resumed, its tokens made and revoked, by nobody but the changes.
    private: Tenant | None = None
    private_staging: str = ""
    key: str = ""
    exempt: set[str] = dataclasses.field(default_factory=set)

    @property
    def gateway_port(self) -> int:
        return int(self.admin.server.gateway_url.rsplit(":", 1)[1])

    @property
    def admin_port(self) -> int:
        return int(self.admin.server.admin_url.rsplit(":", 1)[1])


def _agent(admin: Admin, organization: str, slug: str, system: str, **version) -> Tenant:
    admin.post(f"/organizations/{organization}/agents", {"slug": slug})
    tenant = Tenant(admin, organization, slug)
    tenant.new_version(system, **version)
    tenant.deploy(1)
    return tenant


def make(admin: Admin) -> World:
    world = World(admin, {})
    world.key = admin.add_key("simulated", "sk-platform")["id"]
    for number in range(4):
        tenant = admin.tenant(credits=CREDITS, system=f"You greet for organization {number}.")
        organization = tenant.organization
        world.given[organization] = int(CREDITS) * 10**9
        if number == 3:
            # On its own key, whose runs cost no credits.
            admin.add_key("simulated", "sk-customer", organization=organization)
            world.exempt.add(organization)
        world.targets.append(Target(organization, tenant.secret))
        tenant.deploy(1, "staging")
        world.targets.append(Target(organization, tenant.new_token("staging")["secret"]))
        form = _agent(admin, organization, "form", "You greet {{ user.name }}.")
        world.targets.append(Target(organization, form.new_token()["secret"], input={"user": {"name": "Ada"}}))
        admin.post(f"{form.path}/schemas", {"input": SHAPE})
        form.new_version("You greet {{ user.name }}, briefly.", schema=2)
        admin.call("PUT", form.place(schema=2), {"version": 2})
        world.targets.append(Target(organization, form.new_token()["secret"], input={"user": {"name": "Grace"}}))
        big = _agent(admin, organization, "big", "Go on.", model="sim-big", max_output_tokens=300)
        world.big.append(Target(organization, big.new_token()["secret"], is_big=True))
        if number == 0:
            world.moving = tenant
        if number == 1:
            private = _agent(admin, organization, "private", "You greet nobody.")
            private.deploy(1, "staging")
            private.secret = private.new_token()["secret"]
            world.private, world.private_staging = private, private.new_token("staging")["secret"]
    poor = admin.tenant(credits=None)
    world.given[poor.organization] = 0
    world.poor = Target(poor.organization, poor.secret)
    return world
