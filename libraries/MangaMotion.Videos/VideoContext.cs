using Microsoft.EntityFrameworkCore;

namespace MangaMotion.Videos;

/// <summary>Entity Framework mapping of the columns that the saga repository reads and writes.</summary>
public sealed class VideoContext(DbContextOptions<VideoContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<VideoState>(video =>
    {
        video.ToTable("videos");
        video.HasKey(state => state.CorrelationId);
        video.Property(state => state.CorrelationId).HasColumnName("id").ValueGeneratedNever();
        video.Property(state => state.State).HasColumnName("state");
        video.Property(state => state.Options).HasColumnName("options").HasColumnType("jsonb");
    });
}
