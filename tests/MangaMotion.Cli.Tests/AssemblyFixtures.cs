using MangaMotion.TestSupport;

[assembly: AssemblyFixture(typeof(TestStack))]
