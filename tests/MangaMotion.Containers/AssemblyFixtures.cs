using MangaMotion.Containers;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(DockerEngine))]
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace MangaMotion.Containers;

/// <summary>Tests that share one stack; each leaves it complete.</summary>
[CollectionDefinition(nameof(ComposeStack))]
public sealed class ComposeStackTests : ICollectionFixture<ComposeStack>;
