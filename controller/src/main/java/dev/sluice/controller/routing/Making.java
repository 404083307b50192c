package dev.sluice.controller.routing;

import dev.sluice.controller.target.PrimaryCopy;

/// How what stands beside a target is made from it.
///
/// @param copy the primary
/// @param ports of the three Services
public record Making(PrimaryCopy copy, ServicePorts ports) {}
