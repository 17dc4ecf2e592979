"""The doorbell: Celery tells workers that there is work; what work, SQL says."""
