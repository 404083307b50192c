/// What a person on call does from a command line: gives commands, and looks at a rollout. Knows
/// the cluster by its API alone; the controller may be anywhere. Must not decide anything about a
/// rollout.
@NullMarked
package dev.sluice.controller.oncall;

import org.jspecify.annotations.NullMarked;
