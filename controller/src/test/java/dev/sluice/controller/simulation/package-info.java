/// The whole controller, observer, hands and all, over a real API server's store, under people and
/// faults at every call; what a user sees is checked. The simulation of decisions alone, which is a
/// thousand times faster, is in `dev.sluice.controller.rollout`.
///
/// How sharp the tests are was tried by breaking the code, one line at a time. `n of 3000` are
/// lives of decisions, those of `mvn verify`.
///
/// | broken | caught by |
/// | --- | --- |
/// | 1: pods stop before their traffic is seen to have left | 2871 of 3000, 113 stories |
/// | 2: zero replicas may be ready | 206 of 3000, `RulesTest` |
/// | 2: a share is given back to pods that are not ready | no life; a story in `RulesTest` |
/// | 3: traffic goes back to a primary that is not ready | over 160 of 3000, `RulesTest` |
/// | 4: an edit in mid-run changes nothing | over 230 of 3000, 6 stories |
/// | 4: a promotion waits for a target that moved on | some of 3000 |
/// | 4: what the target is by now is copied | `LateWatchTest` |
/// | 5: a revert is analysed | 25 of 3000, `RulesTest` |
/// | 6: no deadline but the Deployment's own | a story in `CapacityTest` |
/// | 6: a hold that lasts alerts nobody | 263 of 3000, 5 stories |
/// | 7: the time of the next check is not read from status | some of 3000 |
/// | 7: a status of our own that is not seen yet is not waited for | `LateWatchTest` |
/// | 8: an outage of the metrics counts as a failed check | 127 of 3000, `RulesTest` |
/// | 9: what is wrong with a spec is not in status | 516 of 3000, 3 stories |
/// | 10: an idle canary is looked at again | 2157 of 3000, `RulesTest` |
/// | 10: a route is written that is right already | some of 3000, `RulesTest` |
@NullMarked
package dev.sluice.controller.simulation;

import org.jspecify.annotations.NullMarked;
