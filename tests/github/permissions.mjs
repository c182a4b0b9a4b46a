// What a token needs for an operation, by GitHub's permission tables.
const rooms = {
  actions: /^actions\//,
  checks: /^checks\//,
  deployments: /^repos\/.*deployment/,
  pull_requests: /^(pulls\/|repos\/list-pull-requests)/,
  issues: /^issues\//,
  contents: /^(git\/|repos\/(get-branch|list-branches|get-commit|list-commits|compare-commits-with-basehead|get-content)$)/,
};

/// {name, level}; undefined where being known is enough.
export function needed(operation, method) {
  if (operation === 'repos/get-all-environments') return { name: 'actions', level: 'read' };
  const room = Object.entries(rooms).find(([, pattern]) => pattern.test(operation))?.[0];
  return room && { name: room, level: method === 'GET' ? 'read' : 'write' };
}

export function grants(token, { name, level }) {
  if (!token.permissions) return true;
  const given = token.permissions[name];
  return given === 'write' || (given === 'read' && level === 'read');
}
