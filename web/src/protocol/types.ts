// What the server says, member by member: the results of its tools, its resources, and the few answers under /api and
// /readyz. The shapes of the tools are held against tests/snapshots by test/types_test.ts.

/// GitHub's words, for every provider.
export type Status = 'requested' | 'queued' | 'pending' | 'waiting' | 'in_progress' | 'completed';
export type Conclusion =
  | 'success'
  | 'failure'
  | 'cancelled'
  | 'skipped'
  | 'neutral'
  | 'timed_out'
  | 'action_required'
  | 'startup_failure'
  | 'stale';

export type PreviewState = 'requested' | 'building' | 'deployed' | 'reachable' | 'failed' | 'expired' | 'removed';

export interface Preview {
  state: PreviewState;
  url: string | null;
  alias_url?: string;
  path_url?: string;
  reason?: string;
  expires_at?: string;
}

export interface Run {
  run_id: number;
  status: Status;
  conclusion: Conclusion | null;
  html_url: string | null;
  created_at: string;
  head_branch: string;
  head_sha?: string | null;
  name?: string;
  title?: string;
  workflow?: string;
  attempt?: number;
  reason?: string;
  logs_url?: string;
  updated_at?: string;
  started_at?: string;
  completed_at?: string;
  isolation?: string;
  notes?: string[];
}

export interface ListedRun extends Run {
  preview?: Preview;
}

export interface Step {
  number: number;
  name: string;
  status: Status;
  conclusion: Conclusion | null;
  duration_s?: number;
  first_line?: number;
  last_line?: number;
}

export interface Job {
  id: number;
  name: string;
  status: Status;
  conclusion: Conclusion | null;
  duration_s?: number;
  current_step?: string;
  failed_step?: string;
  reason?: string;
  lines_total?: number;
  steps?: Step[];
}

/// builds.status
export interface RunReport {
  run: Run;
  elapsed_s: number;
  jobs: Job[];
  jobs_total: number;
  waiting_for?: { kind: string; detail: string };
  preview: Preview;
}

/// builds.createPreview
export interface CreatedRun extends Run {
  reused?: boolean;
  preview?: Preview;
}

export interface ListedPreview extends Preview {
  branch: string;
  run_id: number;
}

export interface Branch {
  name: string;
  head_sha: string;
  subject: string;
  committed_at: string;
}

export interface WorkflowInput {
  name: string;
  type: string;
  required: boolean;
  description?: string;
  default?: string;
  options?: string[];
}

export interface Workflow {
  file: string;
  name: string;
  dispatchable: boolean;
  problem?: string;
  inputs: WorkflowInput[];
}

/// builds.list
export interface Listing<Item> {
  kind: string;
  items: Item[];
  cursor: string | null;
}

export interface Cause {
  message: string;
  code?: string | null;
  tool?: string | null;
  file?: string | null;
  line?: number | null;
  col?: number | null;
  job?: string | null;
  step?: string | null;
  /// Null: said of the job beside its log.
  log_line: number | null;
  count?: number;
  excerpt?: string;
}

/// builds.diagnose
export interface Diagnosis {
  verdict: { class: string; confidence: number; summary: string } | null;
  failed_steps: { job: string | null; step: string; line: number }[];
  causes: Cause[];
  omitted?: { lines: number; next: string } | null;
  /// Why there is nothing to say, where that is so.
  why?: string;
  since_green?: SinceGreen | null;
  /// The same commit was green as well.
  flaky?: { passed: number; failed: number; passed_run_id: number } | null;
}

/// What came since the newest green run of the same workflow; null members are not known.
export interface SinceGreen {
  run_id: number;
  branch: string;
  commits?: { sha: string; subject: string; author?: string }[] | null;
  commits_total?: number | null;
  files_total?: number | null;
}

/// flux://server/clients
export interface ConnectGuide {
  client: string;
  title: string;
  steps: { text: string; code?: string; language?: string }[];
}

/// GET /readyz
export type ConnectorState = 'connected' | 'degraded' | 'off' | 'error';

export interface Connector {
  name: string;
  category: string;
  title: string;
  state: ConnectorState;
  reason?: string | null;
  cure?: string | null;
  latency_ms?: number | null;
  quota?: { limit: number; remaining: number; reset_at?: string | null } | null;
  checked_at?: string | null;
}

export interface Readiness {
  status: string;
  connectors: Connector[];
}

/// GET /api/session
export interface SessionInfo {
  signed_in: boolean;
  principal?: string | null;
  asks_for_token: boolean;
  version: string;
}

export type Level = 'debug' | 'plain' | 'notice' | 'warning' | 'error';

/// One line of GET /api/runs/…/lines: number, milliseconds since the epoch, level, step's number, text with SGR colours.
export type LogLine = [number: number, time: number | null, level: Level, step: number, text: string];

/// The first line of that answer.
export interface LogHead {
  total_lines: number;
  complete: boolean;
}

/// Which job's log.
export interface LogName {
  run: number;
  job: number;
  attempt?: number;
}
