[assembly: Xunit.AssemblyFixture(typeof(MangaMotion.TestSupport.TestStack))]
