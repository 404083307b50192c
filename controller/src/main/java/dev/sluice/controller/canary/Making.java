package dev.sluice.controller.canary;

/// How what stands beside a target is made from it.
///
/// @param copy the primary
/// @param ports of the three Services
record Making(PrimaryCopy copy, ServicePorts ports) {}
