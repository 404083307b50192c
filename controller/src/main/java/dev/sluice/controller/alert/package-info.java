/// Tells people outside the cluster: AlertProviders and the controller's own Slack channel. Must
/// not know when something is worth telling.
@NullMarked
package dev.sluice.controller.alert;

import org.jspecify.annotations.NullMarked;
