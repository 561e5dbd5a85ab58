// An OpenID provider for the tests: oidc-provider as it comes, with people of our own and a page to
// sign in at that needs no script. It stands at one moment, which is the tests' own.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { now, people } = JSON.parse(process.argv[2]);
Date.now = () => now;
const YEARS = 20 * 366 * 86400;

const { generateKeyPairSync } = await import("node:crypto");
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...privateKey.export({ format: "jwk" }), use: "sig", kid: "one" };
const signs = ["RS256", "RS512", "PS256"];

const came = {}; // as what somebody signed in last
const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  jwks: { keys: [key] },
  cookies: { keys: ["cookies of a test"] },
  acrValues: ["two-steps", "one-step"],
  extraParams: ["vtr"],
  scopes: ["openid"],
  claims: {
    openid: ["sub"],
    profile: ["birthdate", "family_name", "identity_proofing_level", "vot"],
    nhs_number: ["nhs_number"],
    email: ["email", "email_verified"],
    acr: null,
    auth_time: null,
  },
  conformIdTokenClaims: false,
  enabledJWA: { idTokenSigningAlgValues: signs, clientAuthSigningAlgValues: signs },
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: false },
    registration: { enabled: true },
    rpInitiatedLogout: { enabled: false },
  },
  interactions: { url: (_, { uid }) => `/sign-in/${uid}` },
  // Browsers go by their own clock, for which the tests' day may be long over.
  ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: YEARS, Session: YEARS, Grant: YEARS },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...(came[sub] ?? people[sub]) }) }),
  async loadExistingGrant(ctx) {
    const { client, session, params } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    await grant.save();
    return grant;
  },
});

const page = (uid) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title>
<h1>Sign in at the provider</h1><form method="post" action="/sign-in/${uid}">
<label for="person">Who are you?</label> <input id="person" name="person">
<button>Sign in</button></form></html>`;

async function asked(request) {
  let body = "";
  for await (const piece of request) body += piece;
  return new URLSearchParams(body);
}

const rest = provider.callback();
server.on("request", async (request, response) => {
  const uid = /^\/sign-in\/([\w-]+)$/.exec(request.url)?.[1];
  if (!uid) return rest(request, response);
  if (request.method === "GET") {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    return response.end(page(uid));
  }
  const person = (await asked(request)).get("person");
  const { acr, is = person, ...claims } = people[person] ?? {};
  came[is] = { acr, ...claims };
  const result = people[person]
    ? { login: { accountId: is, acr, amr: ["pwd"] }, consent: {} }
    : { error: "access_denied", error_description: "nobody of that name" };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
});
process.on("SIGTERM", () => process.exit(0));
process.stdin.on("end", () => process.exit(0)).resume();
console.log(issuer);
