/**
 * The number of files and sockets this process may have open. Node raises the soft limit to the hard one when it
 * starts.
 */

interface Report {
  userLimits?: { open_files?: { soft: number | string } };
}

/** @returns Infinity when there is no limit, or it is unknown */
export function descriptorLimit(): number {
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  const { excludeNetwork } = report;
  // Otherwise the report resolves the names of all peers.
  report.excludeNetwork = true;
  const { userLimits } = report.getReport() as Report;
  report.excludeNetwork = excludeNetwork;
  const soft = Number(userLimits?.open_files?.soft);
  return Number.isFinite(soft) && soft > 0 ? soft : Infinity;
}
