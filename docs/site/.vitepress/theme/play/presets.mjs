// What is ready to be sent, by the protocol that the server speaks.

const http = ['GET / HTTP/1.1\\r\\n\\r\\n', 'GET / HT', 'TP/1.1\\r\\n\\r\\n', '\\r\\n\\r\\n']

export const presetsFor = (name) => /^step5|http/.test(name) ? http : ['hello\\n', 'a', '0123456789']
