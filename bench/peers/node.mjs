// Node's own HTTP server with its own defaults.
import { createServer } from "node:http";

const server = createServer((request, response) => {
  response.writeHead(200, { "Content-Type": "text/html", "Content-Length": 6 });
  response.end("hello\n");
});
server.listen(0, () => console.log(`Listening on port ${server.address().port}`));
