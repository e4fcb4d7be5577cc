export default { publicDir: "../public", server: { port: 4501 } };
