#include "port/host/boot_loader.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace vigie::host {
namespace {

volatile std::sig_atomic_t firmware_pid = 0;
volatile std::sig_atomic_t told_to_stop = 0;

void pass_on(int signal) {
  told_to_stop = 1;
  if (firmware_pid > 0) kill(static_cast<pid_t>(firmware_pid), signal);
}

/// @returns its exit code, or 128 and the signal that ended it
int run_firmware(const std::string& program, char** arguments, const std::string& trial) {
  // Between fork and exec the child still has pass_on as its handler, which would swallow a signal to stop.
  sigset_t stop_signals;
  sigset_t before;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGINT);
  sigaddset(&stop_signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &stop_signals, &before);
  const pid_t pid = fork();
  if (pid < 0) {
    sigprocmask(SIG_SETMASK, &before, nullptr);
    return 1;
  }
  if (pid == 0) {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, nullptr);
    setenv(kBootedVariable, "1", 1);
    if (trial.empty())
      unsetenv(kTrialVariable);
    else
      setenv(kTrialVariable, trial.c_str(), 1);
    // As it was called: a path, or a name to look up.
    execvp(program.c_str(), arguments);
    std::perror(program.c_str());
    _exit(127);
  }
  firmware_pid = pid;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (told_to_stop) kill(pid, SIGTERM);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  firmware_pid = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void give_up(const Slots& slots, const std::string& trial) {
  BootState state = slots.load();
  state.trial.clear();
  state.failed = slots.version_in(trial);
  slots.save(state);
  std::printf("boot: %s did not make it; starting the version before\n", state.failed.c_str());
  std::fflush(stdout);
}

}  // namespace

int run_boot_loader(const Slots& slots, char** arguments) {
  std::signal(SIGINT, pass_on);
  std::signal(SIGTERM, pass_on);
  /// Also where that could not be written down: on a full disk.
  std::string given_up;
  for (;;) {
    BootState state = slots.load();
    const std::string trial = state.trial == given_up ? "" : state.trial;
    const std::string slot = trial.empty() ? state.active : trial;
    const std::optional<std::string> unpacked = slot.empty() ? std::nullopt : slots.unpack(slot);
    if (!trial.empty() && !unpacked) {
      give_up(slots, trial);
      given_up = trial;
      continue;
    }
    const int code = run_firmware(unpacked ? *unpacked : arguments[0], arguments, trial);
    if (told_to_stop) return code;
    // Marked valid means: it has made itself the active one.
    const bool on_trial = !trial.empty() && slots.load().active != trial;
    if (on_trial) {
      give_up(slots, trial);
      given_up = trial;
    } else if (code != kExitRestart) {
      return code;
    }
  }
}

}  // namespace vigie::host
