/// The settings behind each connector, as docs/operations.md explains them: variable, and what it is for.
export const configuring: Record<string, [string, string][]> = {
  github: [
    ['GITHUB_TOKEN', 'A token that may read and write Actions of the repository (or GITHUB_TOKEN_FILE).'],
    ['GITHUB_OWNER, GITHUB_REPO', 'Whose runs these are.'],
    ['GITHUB_WORKFLOW_FILE', 'The workflow that makes previews; deploy.yml unless said otherwise.'],
  ],
  local: [
    ['FLUX_REPO', 'The git repository on this machine whose branches are built.'],
    ['FLUX_PREVIEW_PORT', 'Where finished sites are shown; 8788 unless said otherwise.'],
  ],
  redis: [['FLUX_REDIS_URL', 'Shares limits and events between several instances. One instance needs none.']],
};
