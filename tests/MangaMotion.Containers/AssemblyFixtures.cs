using MangaMotion.Containers;

[assembly: AssemblyFixture(typeof(DockerEngine))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace MangaMotion.Containers;

/// <summary>Tests that share one stack; each leaves it complete.</summary>
[CollectionDefinition(nameof(ComposeStack))]
public sealed class ComposeStackTests : ICollectionFixture<ComposeStack>;
