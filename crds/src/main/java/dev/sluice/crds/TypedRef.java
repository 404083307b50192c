package dev.sluice.crds;

import dev.sluice.crds.shape.Field;

/// A reference to an object of any kind in the same namespace.
public record TypedRef(
    @Field(value = "API version, such as `apps/v1`.", required = true) String apiVersion,
    @Field(value = "Kind, such as `Deployment`.", required = true) String kind,
    @Field(value = "Name of the object.", required = true) String name) {}
